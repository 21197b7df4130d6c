"""While a run lives: the processes that own it, watch over it and end it."""
