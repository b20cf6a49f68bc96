"""Who is on call: rotations in wall time, who stands in, and what an alias stands for."""
