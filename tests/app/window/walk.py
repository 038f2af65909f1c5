"""Prints what a screen reader sees of all programs, over D-Bus; for the system's Python, which has python3-dbus."""

import json

import dbus
import dbus.bus

FACE = "org.a11y.atspi.Accessible"
FOCUSABLE, SHOWING = 11, 25  # states, as bits


def main():
    where = dbus.SessionBus().get_object("org.a11y.Bus", "/org/a11y/bus")
    bus = dbus.bus.BusConnection(where.GetAddress(dbus_interface="org.a11y.Bus"))
    nodes = []

    def walk(owner, path, depth):
        node = bus.get_object(owner, path, introspect=False)
        low, high = node.GetState(dbus_interface=FACE)
        bits = int(low) | int(high) << 32
        nodes.append(
            {
                "depth": depth,
                "role": str(node.GetRoleName(dbus_interface=FACE)),
                "name": str(node.Get(FACE, "Name", dbus_interface="org.freedesktop.DBus.Properties")),
                "focusable": bool(bits >> FOCUSABLE & 1),
                "showing": bool(bits >> SHOWING & 1),
            }
        )
        for child_owner, child in node.GetChildren(dbus_interface=FACE):
            if depth < 40 and not str(child).endswith("/null"):
                walk(child_owner, child, depth + 1)

    walk("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root", 0)
    print(json.dumps(nodes))


main()
