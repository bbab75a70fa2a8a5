#pragma once

namespace qs::app {

/// Makes the icons of this static library available under ":/icons". Harmless when called again.
void initResources();

}  // namespace qs::app
