"""What stands between modelled tasks and the kernel."""
