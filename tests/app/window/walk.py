"""Prints what a screen reader sees of all programs, over D-Bus; for the system's Python, which has python3-dbus."""

import json

import dbus
import dbus.bus

FACE, PROPERTIES = "org.a11y.atspi.Accessible", "org.freedesktop.DBus.Properties"
FOCUSABLE, SHOWING = 11, 25  # states, as bits
LABELLED_BY = 2  # a relation
WHOLE = ("desktop frame", "application", "")  # hold windows, and are not seen themselves


def main():
    where = dbus.SessionBus().get_object("org.a11y.Bus", "/org/a11y/bus")
    bus = dbus.bus.BusConnection(where.GetAddress(dbus_interface="org.a11y.Bus"))
    nodes = []

    def walk(owner, path, depth):
        node = bus.get_object(owner, path, introspect=False)
        low, high = node.GetState(dbus_interface=FACE)
        bits = int(low) | int(high) << 32
        showing = bool(bits >> SHOWING & 1)
        role = str(node.GetRoleName(dbus_interface=FACE))
        said = {name: str(node.Get(FACE, name, dbus_interface=PROPERTIES)) for name in ("Name", "Description")}
        focusable = bool(bits >> FOCUSABLE & 1)
        labelled = focusable and any(int(kind) == LABELLED_BY for kind, _ in node.GetRelationSet(dbus_interface=FACE))
        nodes.append(
            {
                "depth": depth,
                "role": role,
                "name": said["Name"],
                "description": said["Description"],
                "labelled": labelled,
                "focusable": focusable,
                "showing": showing,
            }
        )
        if not showing and role not in WHOLE and depth > 1:
            return  # and nothing in it is
        for child_owner, child in node.GetChildren(dbus_interface=FACE):
            if depth < 40 and not str(child).endswith("/null"):
                walk(child_owner, child, depth + 1)

    walk("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root", 0)
    print(json.dumps(nodes))


main()
