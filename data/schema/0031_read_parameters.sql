-- The portal's own readings of parameters are commands by now; those of before stand among them in the event log.
UPDATE event SET kind = 'command' WHERE kind = 'parameters read';
