//! Places on earth, and unique names.

use super::{Function, api, both};

/// UUID functions.
pub(super) const UUID: &[Function] = &[both("uuid", "", "uuid").varying()];

/// Geospatial functions.
pub(super) const GEOSPATIAL: &[Function] = &[
    api("bing_tile", "integer or varchar[, integer, integer]", "bingtile"),
    api("bing_tile_at", "double, double, integer", "bingtile"),
    api("great_circle_distance", "double, double, double, double", "double"),
    api("st_area", "geometry", "double"),
    api("st_astext", "geometry", "varchar"),
    api("st_contains", "geometry, geometry", "boolean"),
    api("st_distance", "geometry, geometry", "double"),
    api("st_geometryfromtext", "varchar", "geometry"),
    api("st_intersects", "geometry, geometry", "boolean"),
    api("st_point", "double, double", "geometry"),
    api("st_within", "geometry, geometry", "boolean"),
    api("st_x", "geometry", "double"),
    api("st_y", "geometry", "double"),
    api("to_spherical_geography", "geometry", "sphericalgeography"),
];
