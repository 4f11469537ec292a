//! The services, over the ports in memory, under a scheduler that one seed drives: order, time, ids and faults.
