"""Who reads what: values and hard rules; the optimisation lies in `routing`."""
