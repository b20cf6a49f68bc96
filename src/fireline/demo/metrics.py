"""The simulated platform's metrics, under the names that the real exporters use."""

from collections.abc import Iterator, Mapping

from fireline.demo.shapes import (
    Effect,
    Fault,
    Kind,
    Metric,
    Shape,
    becomes,
    frozen,
    growing,
    landing,
    sometimes,
    steady,
    wavering,
)

ORDERS_EVERY = 15.0
"""Seconds between two landings of the orders dataset."""

ORDER_ROWS_PER_SECOND = 25.0
BAD_ROWS_SHARE = 0.95
_FINE, _COUNTER, _GAUGE = 15, 120, 240
_TIER0_DAGS = ("orders_ingest", "payments_ingest", "finance_close", "revenue_daily")
_TIER1_DAGS = ("marketing_spend", "growth_sessions", "inventory_feed")
_DATASETS = ("customers", "payments", "products", "fct_revenue_daily", "dim_customer", "refunds")
_RUNS_PER_SECOND = 1 / 300
_INSTANCE = "demo"


def all_metrics() -> list[Metric]:
    """Every series of the platform, each with the job its exporter would have."""
    return [
        *_airflow(),
        *_kafka(),
        *_change_capture(),
        *_compute(),
        *_datasets(),
        *_storage(),
    ]


def _counter(
    job: str,
    name: str,
    rate: Shape,
    labels: Mapping[str, str] | None = None,
    faults: Mapping[Fault, Effect] | None = None,
) -> Metric:
    names = {"job": job, "instance": _INSTANCE, **(labels or {})}
    return Metric(name, names, Kind.COUNTER, rate, _COUNTER, faults or {})


def _gauge(
    job: str,
    name: str,
    value: Shape,
    labels: Mapping[str, str] | None = None,
    faults: Mapping[Fault, Effect] | None = None,
) -> Metric:
    names = {"job": job, "instance": _INSTANCE, **(labels or {})}
    return Metric(name, names, Kind.GAUGE, value, _GAUGE, faults or {})


def _airflow() -> Iterator[Metric]:
    job = "airflow-statsd"
    yield _counter(job, "airflow_scheduler_heartbeat", steady(0.2), {"type": "counter"})
    for tier, dags in ((0, _TIER0_DAGS), (1, _TIER1_DAGS)):
        for place, dag in enumerate(dags):
            salt = 10.0 * tier + place
            share = 0.0015 if tier == 0 else 0.004
            runs = steady(_RUNS_PER_SECOND)
            yield _counter(job, "airflow_dagrun_duration_count", runs, {"dag_id": dag})
            yield _counter(job, "airflow_dagrun_duration_sum", steady(0.6), {"dag_id": dag})
            failures = sometimes(share, salt, 300)
            yield _counter(job, "airflow_dagrun_failed_count", failures, {"dag_id": dag})
            yield _counter(job, "airflow_dagrun_schedule_delay_count", runs, {"dag_id": dag})
            delay = wavering(4 * _RUNS_PER_SECOND, 14 * _RUNS_PER_SECOND, salt)
            yield _counter(job, "airflow_dagrun_schedule_delay_sum", delay, {"dag_id": dag})
    yield _counter(job, "airflow_deadline_alerts_deadline_not_missed", steady(1 / 120))
    yield _counter(job, "airflow_deadline_alerts_deadline_missed", sometimes(0.003, 31, 300))
    for place, operator in enumerate(("SparkSubmitOperator", "DatabricksSubmitRunOperator")):
        yield _counter(job, "airflow_operator_successes", steady(1 / 100), {"operator": operator})
        rare = sometimes(0.008, 33.0 + place, 300)
        yield _counter(job, "airflow_operator_failures", rare, {"operator": operator})
    for pool in ("default_pool", "tier0"):
        yield _gauge(job, "airflow_pool_open_slots", wavering(20, 90, 35), {"pool": pool})
        yield _gauge(job, "airflow_pool_starving_tasks", steady(0), {"pool": pool})


def _kafka() -> Iterator[Metric]:
    stuck = {Fault.CONSUMER_LAG: growing(90, 2)}
    piling = {Fault.CONSUMER_LAG: growing(40_000, 500)}
    for place, (group, topic) in enumerate(
        (("orders-loader", "orders"), ("payments-loader", "payments"), ("fraud-scorer", "payments"))
    ):
        first = group == "orders-loader"
        yield _gauge(
            "kafka-lag-exporter",
            "kafka_consumergroup_group_max_lag_seconds",
            wavering(3, 22, 40.0 + place),
            {"group": group, "cluster_name": "main"},
            stuck if first else None,
        )
        where = {"consumergroup": group, "topic": topic, "partition": "0"}
        lag = wavering(100, 900, 43.0 + place)
        name = "kafka_consumergroup_lag"
        yield _gauge("kafka-exporter", name, lag, where, piling if first else None)
        stopped = {Fault.CONSUMER_LAG: becomes(0)} if first else None
        name = "kafka_consumergroup_current_offset"
        yield _counter("kafka-exporter", name, steady(450), where, stopped)
        labels = {"group_id": group, "topic_name": topic}
        name = "kminion_kafka_consumer_group_topic_lag"
        yield _gauge("kminion", name, lag, labels, piling if first else None)
    yield _counter("kminion", "kminion_end_to_end_messages_produced_total", steady(10))
    yield _counter("kminion", "kminion_end_to_end_messages_received_total", steady(9.998))
    for broker in ("0", "1", "2"):
        kafka = f"kafka-{broker}"
        leads = steady(1.0 if broker == "0" else 0.0)
        controller = "kafka_controller_kafkacontroller"
        replicas = "kafka_server_replicamanager"
        yield _gauge("kafka-jmx", f"{controller}_activecontrollercount", leads, {"pod": kafka})
        yield _gauge("kafka-jmx", f"{controller}_offlinepartitionscount", steady(0), {"pod": kafka})
        yield _gauge(
            "kafka-jmx", f"{replicas}_underreplicatedpartitions", steady(0), {"pod": kafka}
        )


def _change_capture() -> Iterator[Metric]:
    for place, source in enumerate(("orders", "payments")):
        where = {"plugin": "postgres", "name": source, "context": "streaming"}
        job, prefix = "debezium-jmx", "debezium_metrics_"
        behind = wavering(200, 2_500, 50.0 + place)
        yield _gauge(job, f"{prefix}MilliSecondsBehindSource", behind, where)
        quiet = wavering(50, 900, 52.0 + place)
        yield _gauge(job, f"{prefix}MilliSecondsSinceLastEvent", quiet, where)
        yield _gauge(job, f"{prefix}Connected", steady(1), where)
        yield _gauge(job, f"{prefix}QueueRemainingCapacity", wavering(7_000, 8_192, 54), where)
        failed = "kafka_connect_worker_connector_failed_task_count"
        yield _gauge("kafka-connect", failed, steady(0), {"connector": f"{source}-source"})
        status = {"connector": f"{source}-source", "status": "running"}
        yield _gauge("kafka-connect", "kafka_connect_connector_status", steady(1), status)
        slot = {"slot_name": f"debezium_{source}", "slot_type": "logical"}
        slots = "pg_replication_slots_"
        yield _gauge("postgres", f"{slots}slot_is_active", steady(1), slot)
        safe = wavering(5.0e9, 7.5e9, 56)
        yield _gauge("postgres", f"{slots}safe_wal_size_bytes", safe, slot)


def _compute() -> Iterator[Metric]:
    for place, job_name in enumerate(("sessionize", "fraud-score", "inventory")):
        where = {"job_name": job_name}
        flink = "flink_jobmanager_job_"
        done, failed = f"{flink}numberOfCompletedCheckpoints", f"{flink}numberOfFailedCheckpoints"
        yield _counter("flink", done, steady(1 / 60), where)
        yield _counter("flink", failed, sometimes(0.006, 60.0 + place, 300), where)
        yield _counter("flink", f"{flink}numRestarts", steady(0), where)
    fresh = "databricks_pipeline_freshness_lag_seconds_sliding"
    for place, pipeline in enumerate(("marketing", "sessions")):
        lag = wavering(300, 1_800, 64.0 + place)
        yield _gauge("databricks", fresh, lag, {"pipeline_name": pipeline})
    for place, warehouse in enumerate(("BI", "TRANSFORM")):
        queue = wavering(0, 0.8, 66.0 + place)
        name = "snowflake_warehouse_overloaded_queue_size"
        yield _gauge("snowflake", name, queue, {"name": warehouse})
    yield _gauge("snowflake", "snowflake_up", steady(1))
    trino = "trino_execution_name_QueryManager_"
    yield _counter("trino", f"{trino}CompletedQueries", wavering(1, 3, 68))
    yield _counter("trino", f"{trino}InternalFailures", sometimes(0.15, 69, 300))
    yield _gauge("trino", f"{trino}RunningQueries", wavering(3, 40, 70))


def _datasets() -> Iterator[Metric]:
    job = "dbt"
    lands = landing(ORDERS_EVERY)
    late = {Fault.ORDERS_LATE: frozen(lands)}
    name = "dataset_last_success_timestamp_seconds"
    labels = {"job": job, "instance": _INSTANCE, "dataset": "orders", "tier": "0"}
    yield Metric(name, labels, Kind.GAUGE, lands, _FINE, late)
    yield _gauge(
        job, name, landing(86_400, 5.6 * 3_600), {"dataset": "fct_revenue_daily", "tier": "0"}
    )
    for source in ("raw_orders", "raw_payments", "raw_customers"):
        where = {"source": source, "tier": "0"}
        loads = landing(300)
        stale = {Fault.ORDERS_LATE: frozen(loads)} if source == "raw_orders" else None
        loaded = "dbt_source_max_loaded_at_timestamp_seconds"
        yield _gauge(job, loaded, loads, where, stale)
        yield _gauge(job, "dbt_source_error_after_seconds", steady(3_600), where)
    broken = {Fault.BAD_DATA: becomes(0)}
    yield _gauge(job, "dataset_quality_ok", steady(1), {"dataset": "orders", "tier": "0"}, broken)
    for dataset in _DATASETS:
        yield _gauge(job, "dataset_quality_ok", steady(1), {"dataset": dataset, "tier": "0"})
    rows = steady(ORDER_ROWS_PER_SECOND)
    yield _counter(job, "dataset_rows_checked_total", rows, {"dataset": "orders"})
    few = steady(ORDER_ROWS_PER_SECOND * 0.0001)
    wrong = {Fault.BAD_DATA: becomes(ORDER_ROWS_PER_SECOND * BAD_ROWS_SHARE)}
    yield _counter(job, "dataset_rows_failed_total", few, {"dataset": "orders"}, wrong)


def _storage() -> Iterator[Metric]:
    yield _counter("minio", "minio_s3_requests_total", wavering(20, 60, 80), {"api": "getobject"})
    errors = wavering(0.002, 0.01, 81)
    yield _counter("minio", "minio_s3_requests_5xx_errors_total", errors, {"api": "getobject"})
    yield _gauge("minio", "minio_cluster_nodes_offline_total", steady(0))
    yield _gauge("blackbox-schema-registry", "probe_success", steady(1))
    yield _gauge("schema-registry", "kafka_schema_registry_registered_count", steady(214))
