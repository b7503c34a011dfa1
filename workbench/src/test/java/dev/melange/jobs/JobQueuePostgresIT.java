package dev.melange.jobs;

/** The same on PostgreSQL. */
class JobQueuePostgresIT extends JobQueueTest {}
