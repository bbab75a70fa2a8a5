#pragma once

#include <QString>

namespace qs::app {

/// The bundled sample model: as installed (../share/quantoscope/samples beside the program's folder), or in
/// the source tree that holds the build tree. Empty where it is in neither.
QString sampleModelPath();

}  // namespace qs::app
