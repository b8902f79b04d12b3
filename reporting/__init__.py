"""Shows people what the warehouse holds and how it is: the daily numbers, the state."""
