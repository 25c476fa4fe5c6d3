"""Ways to hand out reading, tried on the volumes of teleradiology."""
