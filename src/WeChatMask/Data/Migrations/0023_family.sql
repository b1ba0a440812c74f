-- What an account calls a person it looks after ("mother"), sealed; null where it gave no such name.
ALTER TABLE resident ADD COLUMN called {text};
