mod crashes;
mod directories;
mod refusals;
mod retention;
mod schedule;
