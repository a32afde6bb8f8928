"""Updates do here what they do in BIND and Knot (`updates`), or `accepted-updates` says why not."""
import subprocess

import world


def test_updates_do_what_they_do_elsewhere(env):
    path = world.ROOT / "tests" / "interop" / "updates"
    done = subprocess.run([str(path), "--short", "--seeds", "10"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600, env=dict(env, TANDEM_BUILD=str(world.processes.BUILD)))
    assert done.returncode == 0, done.stdout
    assert " 0 differences that nothing explains" in done.stdout
