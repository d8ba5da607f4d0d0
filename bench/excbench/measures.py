"""What the measures are called and what they mean. Pure."""

# name: (title, unit, decimals)
MEASURES = {
    "packets_to_kernel": ("64-byte packets, wire to kernel", "packets/s", 0),
    "packets_to_wire": ("64-byte packets, kernel to wire", "packets/s", 0),
    "tcp_to_kernel": ("TCP, wire to kernel", "Mbit/s", 0),
    "tcp_to_wire": ("TCP, kernel to wire", "Mbit/s", 0),
    "tcp_forth": ("TCP, first netdev to second", "Mbit/s", 0),
    "tcp_back": ("TCP, second netdev to first", "Mbit/s", 0),
    "plane_ns_per_packet_to_kernel": ("data plane's CPU, wire to kernel", "ns/packet", 0),
    "plane_ns_per_packet_to_wire": ("data plane's CPU, kernel to wire", "ns/packet", 0),
    "guest_ns_per_packet_to_kernel": ("whole guest's CPU, wire to kernel", "ns/packet", 0),
    "guest_ns_per_packet_to_wire": ("whole guest's CPU, kernel to wire", "ns/packet", 0),
    "plane_s_per_gb_to_kernel": ("data plane's CPU, TCP wire to kernel", "s/GB", 1),
    "plane_s_per_gb_to_wire": ("data plane's CPU, TCP kernel to wire", "s/GB", 1),
    "guest_s_per_gb_to_kernel": ("whole guest's CPU, TCP wire to kernel", "s/GB", 1),
    "guest_s_per_gb_to_wire": ("whole guest's CPU, TCP kernel to wire", "s/GB", 1),
    "plane_s_per_gb_forth": ("data plane's CPU, TCP first to second", "s/GB", 1),
    "plane_s_per_gb_back": ("data plane's CPU, TCP second to first", "s/GB", 1),
    "guest_s_per_gb_forth": ("whole guest's CPU, TCP first to second", "s/GB", 1),
    "guest_s_per_gb_back": ("whole guest's CPU, TCP second to first", "s/GB", 1),
    "idle_cpu": ("idle, data plane's CPU", "CPUs", 3),
    "idle_guest": ("idle, whole guest's CPU", "CPUs", 3),
    "ping_idle": ("round trip, first packet after a second of rest", "ms", 2),
    "ping_busy": ("round trip beside 5,000 packets/s", "ms", 2),
    "stopped": ("traffic stopped by a restart", "ms", 0),
    "instructions": ("instructions", "per packet", 1),
    "packets_per_cpu_second": ("packets per CPU second", "million/s", 2),
}
SCALE = {"packets_per_cpu_second": 1e-6}
RIGS = {
    "netdev": "Netdev to netdev, no emulated device between",
    "nic": "NIC to netdev",
    "native": "Without a guest",
}
SUBJECTS = {
    "netdev": "two virtio_user ports",
    "null": "net_null to net_null",
    "vv": "net_vhost to virtio_user in one process",
}


def heading(rig, subject):
    """What is measured where, in one line."""
    return f"{RIGS[rig]}: {SUBJECTS.get(subject, subject)}"


def shown(measure, value):
    return f"{value * SCALE.get(measure, 1):,.{MEASURES[measure][2]}f}"
