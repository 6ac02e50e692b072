"""A long line between two machines, of two tun devices: wide_link.py NEAR FAR DELAY_MS [FORGET_S]

Each packet takes DELAY_MS. With FORGET_S a NAT stands on the line: a SYN makes it know a TCP connection, FORGET_S without a
packet make it forget, and then the packets of that connection vanish both ways and nobody is told.
"""

import fcntl
import os
import selectors
import struct
import sys
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
IPV4_TCP = 6
SYN = 0x02
MAX_PACKET_BYTES = 65535
MAX_QUEUED_PACKETS = 10_000


def open_device(name):
    device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TUN | IFF_NO_PI))
    return device


class Nat:
    def __init__(self, forget_s):
        self.forget_s = forget_s
        self.last_packet_at = {}

    def lets_pass(self, packet, now):
        if packet[0] >> 4 != 4 or packet[9] != IPV4_TCP:
            return True
        tcp = (packet[0] & 0x0F) * 4
        ends = (packet[12:16] + packet[tcp : tcp + 2], packet[16:20] + packet[tcp + 2 : tcp + 4])
        connection = frozenset(ends)
        last = self.last_packet_at.get(connection)
        is_known = last is not None and now - last <= self.forget_s
        if not is_known and not packet[tcp + 13] & SYN:
            return False
        self.last_packet_at[connection] = now
        return True


def main(near_name, far_name, delay_ms, forget_s=None):
    near, far = open_device(near_name), open_device(far_name)
    delay_s = float(delay_ms) / 1000
    nat = None if forget_s is None else Nat(float(forget_s))
    queue = deque()
    selector = selectors.DefaultSelector()
    selector.register(near, selectors.EVENT_READ, far)
    selector.register(far, selectors.EVENT_READ, near)
    print('ready', flush=True)
    while True:
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            _, device, packet = queue.popleft()
            try:
                os.write(device, packet)
            except OSError:
                pass  # The other side is not up.
        wait_s = None if not queue else max(0, queue[0][0] - now)
        for key, _ in selector.select(wait_s):
            try:
                packet = os.read(key.fd, MAX_PACKET_BYTES)
            except BlockingIOError:
                continue
            now = time.monotonic()
            if len(queue) < MAX_QUEUED_PACKETS and (nat is None or nat.lets_pass(packet, now)):
                queue.append((now + delay_s, key.data, packet))


main(*sys.argv[1:])
