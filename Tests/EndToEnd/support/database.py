"""SQL statements of a test, over one connection: a psql per statement costs more than most statements."""
import select
import threading

from psycopg import pq


class Database:
    """Speaks to one database as one role; threads may share it."""

    def __init__(self, url):
        self.url = url
        self._connection = None
        self._lock = threading.Lock()

    def query(self, statement):
        """The rows, each a list of texts as psql prints them: `t` and `f`, and an empty text for NULL."""
        with self._lock:
            connection = self._usable_connection()
            result = connection.exec_(statement.encode())
            if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
                raise RuntimeError(f"{result.error_message.decode().strip()}\n{statement}")
            return [[(result.get_value(row, column) or b"").decode() for column in range(result.nfields)] for row in range(result.ntuples)]

    def close(self):
        with self._lock:
            if self._connection is not None:
                self._connection.finish()
                self._connection = None

    def _usable_connection(self):
        """The connection, or a new one after the server has closed it: tests kill PostgreSQL. Whether it did is asked before a statement is
        sent, so that none is sent twice."""
        if self._connection is not None and not self._is_open():
            self._connection.finish()
            self._connection = None
        if self._connection is None:
            connection = pq.PGconn.connect(self.url.encode())
            if connection.status != pq.ConnStatus.OK:
                message = connection.get_error_message()
                connection.finish()
                raise RuntimeError(f"no connection to the database: {message}")
            connection.notice_handler = None
            self._connection = connection
        return self._connection

    def _is_open(self):
        """Between statements the server has nothing to say, except that it closes."""
        return not select.select([self._connection.socket], [], [], 0)[0]
