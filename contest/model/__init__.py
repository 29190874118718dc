"""Pure nouns of a competition and the decisions about them; no database, no network, no clock."""
