//! Reports as `main URL TOKEN PROBE NODE REPLICA` until it is ended, once a second.

use std::time::Duration;
use vigil_reporter::Reporter;

fn main() {
    let said: Vec<String> = std::env::args().collect();
    let reporter = Reporter::new(&said[1], &said[2])
        .probe_id(&said[3])
        .node_id(&said[4])
        .replica_id(&said[5])
        .interval(Duration::from_secs(1))
        .build();

    let _ = reporter.run();
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}
