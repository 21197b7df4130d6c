"""Floor 2: the machine underneath: processes, GPUs, file systems, WSL."""
