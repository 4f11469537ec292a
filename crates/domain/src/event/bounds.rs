//! How far the times of events and messages may be off.

use chrono::{DateTime, TimeDelta, Utc};

use super::Rejection;
use crate::settings::{EARLIEST_EVENT, EVENT_AHEAD, EVENT_BEHIND, IngestSettings, Settings};

/// The oldest that a message can be when somebody hands it over: SNS tries for 23 days, and each of three queues (the
/// queue of `ingest`, and what is left over of it and of SNS) keeps a message for 14 at most.
pub const MESSAGE_BEHIND: TimeDelta = TimeDelta::days(90);

/// How far the clocks of SNS, SQS and a function may be apart.
pub const MESSAGE_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// How far an event's time may be off. Both ends are fixed by the message, so that a redelivery is judged as the
/// first delivery was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The first moment that is taken, whatever the message.
    pub earliest: DateTime<Utc>,
    /// How far behind its message an event may be.
    pub behind: TimeDelta,
    /// How far ahead of its message an event may be.
    pub ahead: TimeDelta,
}

impl From<&IngestSettings> for Bounds {
    fn from(settings: &IngestSettings) -> Self {
        let (earliest, ahead) = (settings.earliest_event, settings.event_ahead);
        Self { earliest, behind: settings.limits.event_behind, ahead }
    }
}

impl From<&Settings> for Bounds {
    fn from(settings: &Settings) -> Self {
        Self::from(&settings.ingest)
    }
}

impl Bounds {
    /// Whether the message's own time is one that it can have. It decides where events without a time go and bounds
    /// the time of the others, and a forged message says of itself what it likes: so it is held against `received_at`,
    /// by the same bounds, with room for what a message may take on its way.
    pub fn check_message(self, sent_at: DateTime<Utc>, received_at: DateTime<Utc>) -> Result<(), Rejection> {
        let wider =
            Self { behind: self.behind.max(MESSAGE_BEHIND), ahead: self.ahead.max(MESSAGE_AHEAD), ..self };
        let (earliest, latest) = wider.range(received_at);
        match wider.violated(sent_at, received_at) {
            None => Ok(()),
            Some(setting) => Err(Rejection::MessageTime { found: sent_at, earliest, latest, setting }),
        }
    }

    /// The first moment that is taken of what is relative to this one, and the last.
    pub(super) fn range(self, to: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let first = to.checked_sub_signed(self.behind).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let last = to.checked_add_signed(self.ahead).unwrap_or(DateTime::<Utc>::MAX_UTC);
        (first.max(self.earliest), last)
    }

    /// The setting that the time is beyond, if it is beyond one.
    pub(super) fn violated(self, time: DateTime<Utc>, to: DateTime<Utc>) -> Option<&'static str> {
        let distance = time.signed_duration_since(to);
        if time < self.earliest {
            Some(EARLIEST_EVENT.name)
        } else if distance < -self.behind {
            Some(EVENT_BEHIND.name)
        } else if distance > self.ahead {
            Some(EVENT_AHEAD.name)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn bounds(behind: TimeDelta, ahead: TimeDelta) -> Bounds {
        Bounds { earliest: DateTime::UNIX_EPOCH, behind, ahead }
    }

    #[test]
    fn each_end_is_taken_and_a_millisecond_beyond_it_is_not() {
        let received = at("2026-11-23T10:05:00Z");
        let ten_years = bounds(TimeDelta::days(3_650), TimeDelta::hours(24));
        let short = bounds(TimeDelta::days(1), TimeDelta::zero());
        let step = TimeDelta::milliseconds(1);
        for (bounds, first, last) in [
            (ten_years, received - TimeDelta::days(3_650), received + TimeDelta::hours(24)),
            // What a message takes on its way is not for a setting about events to forbid.
            (short, received - MESSAGE_BEHIND, received + MESSAGE_AHEAD),
        ] {
            for taken in [first, received, last] {
                assert!(bounds.check_message(taken, received).is_ok(), "{taken}");
            }
            for (refused, setting) in
                [(first - step, "TRIBUTARY_EVENT_BEHIND"), (last + step, "TRIBUTARY_EVENT_AHEAD")]
            {
                let reason = bounds.check_message(refused, received).unwrap_err().to_string();
                assert!(
                    reason.starts_with("the time of the message: from ") && reason.contains(setting),
                    "{reason}"
                );
            }
        }
    }

    #[test]
    fn years_that_nobody_means_are_refused_whatever_may_be_behind() {
        let received = at("2026-11-23T10:05:00Z");
        let widest = bounds(TimeDelta::days(3_652_500), TimeDelta::days(366));
        let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_time(NaiveTime::MIN).and_utc();
        for (sent, setting) in [
            (at("9999-12-31T23:59:59.999Z"), "TRIBUTARY_EVENT_AHEAD"),
            (at("2027-11-25T00:00:00Z"), "TRIBUTARY_EVENT_AHEAD"),
            (at("1969-12-31T23:59:59.999Z"), "TRIBUTARY_EARLIEST_EVENT"),
            (year(0), "TRIBUTARY_EARLIEST_EVENT"),
            (year(10_000), "TRIBUTARY_EVENT_AHEAD"),
            (year(-1), "TRIBUTARY_EARLIEST_EVENT"),
        ] {
            let reason = widest.check_message(sent, received).unwrap_err().to_string();
            assert!(reason.contains(setting), "{sent}: {reason}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_in_the_range_or_violates_a_setting(
            earliest in -100_000_000_000_i64..4_000_000_000, time in -100_000_000_000_i64..400_000_000_000,
            to in -70_000_000_000_i64..300_000_000_000, behind in 0_i64..400_000_000_000, ahead in 0_i64..40_000_000,
        ) {
            let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
            let (behind, ahead) = (TimeDelta::seconds(behind), TimeDelta::seconds(ahead));
            let bounds = Bounds { earliest: at(earliest), behind, ahead };
            let (first, last) = bounds.range(at(to));
            let is_within = first <= at(time) && at(time) <= last;
            prop_assert_eq!(bounds.violated(at(time), at(to)).is_none(), is_within);
        }
    }
}
