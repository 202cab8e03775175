"""Files of other systems, taken line by line: good lines are kept, the others are listed with the reason."""
