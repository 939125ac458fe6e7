"""总线: NATS JetStream, as a supervised child of ours or as a cluster somewhere. Streams, limits,
credentials, leases.
"""
