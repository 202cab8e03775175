"""Control: telling stations what to do from the browser, and showing what became of it (manual: Control)."""
