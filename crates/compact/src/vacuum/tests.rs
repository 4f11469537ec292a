mod crashes;
mod directories;
mod keys;
mod refusals;
mod retention;
mod schedule;
mod targets;
