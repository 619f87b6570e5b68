"""Reading pages on many machines: one process schedules, compares and writes; as many as wanted fetch and understand.

The truth is the due table in the database. A check is leased there, its reading travels to a worker through a broker
(AMQP 0-9-1, RabbitMQ) and back, and is committed under its lease. Whatever is lost on the way costs a request, never an
item: a source whose reading did not come is still due.
"""
