"""A relay before a server: passes datagrams and streams on, and counts the connections."""
import socket
import threading


class Relay:
    """What comes to `port` of 127.0.0.1 goes to the server's. It listens over UDP and TCP."""

    def __init__(self, port, server_port):
        self.port = port
        self.server = ("127.0.0.1", server_port)
        self.connections = 0
        self.most = 0  # at a time
        self.open = 0
        self.lock = threading.Lock()
        self.udp = socket.socket(type=socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", port))
        self.tcp = socket.socket()
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind(("127.0.0.1", port))
        self.tcp.listen(128)
        for loop in (self.relay_udp, self.relay_tcp):
            threading.Thread(target=loop, daemon=True).start()

    def close(self):
        for listening in (self.udp, self.tcp):
            try:
                listening.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listening.close()

    def relay_udp(self):
        try:
            while True:
                octets, client = self.udp.recvfrom(65535)
                threading.Thread(target=self.relay_datagram, args=(octets, client), daemon=True).start()
        except OSError:
            pass

    def relay_datagram(self, octets, client):
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.settimeout(5)
            try:
                udp.sendto(octets, self.server)
                self.udp.sendto(udp.recv(65535), client)
            except OSError:
                pass

    def relay_tcp(self):
        try:
            while True:
                client, _ = self.tcp.accept()
                self.count(1)
                try:
                    server = socket.create_connection(self.server)
                except OSError:
                    client.close()
                    self.count(-1)
                    continue
                threading.Thread(target=self.relay_stream, args=(client, server), daemon=True).start()
        except OSError:
            pass

    def count(self, change):
        with self.lock:
            self.connections += change > 0
            self.open += change
            self.most = max(self.most, self.open)

    def relay_stream(self, client, server):
        """Both ways; the end of one side ends the other."""
        back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
        back.start()
        self.copy(client, server)
        back.join()
        client.close()
        server.close()
        self.count(-1)

    @staticmethod
    def copy(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
        except OSError:
            pass
        for side in (source, target):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
