"""How a model is laid out in memory: its shape, what that costs, and the plan that fits."""
