//! Shapes and their areas.
use std::collections::HashMap;
use std::{fmt, io::Read};
extern crate core;
mod helper;

pub const LIMIT: usize = 10;
static NAME: &str = "Circle";

/// Something with an area.
pub trait Shape {
    const SIDES: u32;
    fn area(&self) -> f64;
    fn double(&self) -> f64 {
        2.0 * self.area()
    }
}

#[derive(Debug, Clone)]
pub struct Circle<T = f64> {
    radius: T,
}

pub enum Colour {
    Red,
    Blue(u8),
}

type Names = HashMap<String, Colour>;

impl Shape for Circle<f64> {
    const SIDES: u32 = 0;
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }
}

impl<T> Circle<T> {
    pub fn new(radius: T) -> Self {
        Self { radius }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", NAME)
    }
}

/// Adds areas.
pub async fn total<S>(shapes: &[S]) -> f64
where
    S: Shape,
{
    shapes.iter().take(LIMIT).map(|shape| shape.area()).sum()
}

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

mod tests {
    use super::*;

    #[test]
    fn areas() {
        assert_eq!(square!(2), 4);
    }
}
