"""The log on Apache Kafka, or any broker that speaks its protocol, through kafka-python."""

from streams.kafka.broker import KafkaBroker

__all__ = ["KafkaBroker"]
