"""The one place where adapters are constructed and put behind their ports."""
