//! End to end: the real server as a process of its own, spoken to over HTTP, with a real PostgreSQL, a real Redis and a
//! folder of mails.
//!
//! Each test has a platform of its own: a database, a folder, ports, and clients whose addresses nobody else has, so that
//! limits stay as they are and tests do not meet.

#[cfg(test)]
mod harness;

#[cfg(test)]
mod aborts;
mod api_keys;
mod audit;
#[cfg(test)]
mod avatars;
#[cfg(test)]
mod discord;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod faults_of_postgres;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod leaving;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod old_redis;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod process;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod rolling;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sessions;
mod staff;
#[cfg(test)]
mod taking_back;
mod tour;
