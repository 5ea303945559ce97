#!/bin/bash
# The first process of a test guest: prepares the machine, runs /vm/cmd, reports its exit status and stops the machine.
# Serial ports: ttyS0 kernel console, ttyS1 stdout, ttyS2 stderr, ttyS3 status lines for run.sh.

export PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8

# /tmp and /run need no mount: the root is a tmpfs, and a mount would hide what was shared below them.
mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid devtmpfs /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t securityfs securityfs /sys/kernel/security
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
hostname vm
ip link set lo up
chown -R 1000:1000 /home/student

# Raw: the host gets the very bytes that were written.
for port in /dev/ttyS1 /dev/ttyS2 /dev/ttyS3; do
	stty -F "$port" raw -echo
done
exec 7>/dev/ttyS1 8>/dev/ttyS2 9>/dev/ttyS3
echo started >&9

# The command sees pipes, not terminals, as under a test runner.
mkfifo /run/out /run/err
cat </run/out >&7 7>&- 8>&- 9>&- &
out=$!
cat </run/err >&8 7>&- 8>&- 9>&- &
err=$!
setsid --wait /bin/bash /vm/cmd </dev/null >/run/out 2>/run/err 7>&- 8>&- 9>&-
status=$?

# A background process of the command may hold its output open: give it a moment, not for ever.
for ((i = 0; i < 20; i++)); do
	kill -0 "$out" 2>/dev/null || kill -0 "$err" 2>/dev/null || break
	sleep 0.1
done

# stty waits until a port has sent everything.
stty -F /dev/ttyS1 raw
stty -F /dev/ttyS2 raw
echo "exit $status" >&9
stty -F /dev/ttyS3 raw
busybox reboot -f
