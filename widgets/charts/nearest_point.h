#pragma once

#include <QPointF>
#include <cmath>
#include <vector>

namespace qs {

/// The point whose place, `pixelOf(point)`, is nearest to `pixel` and at most `reach` pixels away; else null.
template <typename Point, typename PixelOf>
const Point* nearestPoint(const std::vector<Point>& points, const QPointF& pixel, double reach,
                          const PixelOf& pixelOf) {
    const Point* best = nullptr;
    double bestDistance = reach;
    for (const Point& point : points) {
        const QPointF away = pixelOf(point) - pixel;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= bestDistance) {
            best = &point;
            bestDistance = distance;
        }
    }
    return best;
}

}  // namespace qs
