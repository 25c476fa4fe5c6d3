"""What the analysis costs: prices, ways to hold a machine, who pays, budgets."""
