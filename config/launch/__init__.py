"""Starting and stopping Waymark on one machine: set-up, the private servers, the demonstration and the tests.

Only `./run` uses this package; the application itself never imports it.
"""
