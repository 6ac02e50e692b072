"""A network of its own with a slow link: delayed-link.py DELAY_MS COMMAND...

Two tun devices, `near` and `far`, joined with a delay each way: Linux has no other delay without the netem module. Once
both exist it runs COMMAND, and ends with its exit code. To be run in a network namespace of its own.
"""
import fcntl
import heapq
import os
import selectors
import struct
import subprocess
import sys
import threading
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x1
IFF_NO_PI = 0x1000
MAX_PACKETS = 10_000
PACKET_BYTES = 65_535


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def carry(near, far, delay):
    selector = selectors.DefaultSelector()
    selector.register(near, selectors.EVENT_READ, far)
    selector.register(far, selectors.EVENT_READ, near)
    waiting = []
    count = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, device, packet = heapq.heappop(waiting)
            try:
                os.write(device, packet)
            except OSError:
                pass  # The device is down: the packet is lost.
        for key, _ in selector.select(waiting[0][0] - now if waiting else None):
            try:
                packet = os.read(key.fd, PACKET_BYTES)
            except OSError:
                continue
            count += 1
            if len(waiting) < MAX_PACKETS:
                heapq.heappush(waiting, (time.monotonic() + delay, count, key.data, packet))


link = (tun("near"), tun("far"), float(sys.argv[1]) / 1000)
threading.Thread(target=carry, args=link, daemon=True).start()
sys.exit(subprocess.run(sys.argv[2:]).returncode)
