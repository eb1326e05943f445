"""What kernel and architectures share: registers, contexts, guest memory."""
