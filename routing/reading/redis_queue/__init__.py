"""The reading queue in Redis, for several services that share one list."""

from routing.reading.redis_queue.queue import RedisReadingQueue

__all__ = ["RedisReadingQueue"]
