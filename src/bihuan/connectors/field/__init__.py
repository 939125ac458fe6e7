"""现场接入: what speaks the protocols of devices. The plant gateway starts from here, without Django."""
