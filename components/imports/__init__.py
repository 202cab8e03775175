"""The page Import: bringing a file, naming its columns, taking it in, and the imports there were."""
