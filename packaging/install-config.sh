#!/bin/sh
# Install the default configuration, but never over one that is there: SOURCE DIRECTORY.
set -eu
source=$1
target=${DESTDIR:-}$2

install -d -m 0755 "$target" "$target/zones"
if [ -e "$target/tandem.yaml" ]; then
    install -m 0644 "$source" "$target/tandem.yaml.new"
    cmp -s "$source" "$target/tandem.yaml" && rm "$target/tandem.yaml.new" ||
        echo "kept $target/tandem.yaml; the default is beside it as tandem.yaml.new"
else
    install -m 0644 "$source" "$target/tandem.yaml"
fi
if [ -z "${DESTDIR:-}" ]; then
    echo "to begin: systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload && systemctl enable --now tandemd"
fi
