#include "app/resources.h"

#include <QResource>

// Q_INIT_RESOURCE must stand outside of any namespace.
static void initIcons() {
    Q_INIT_RESOURCE(icons);
}

namespace qs::app {

void initResources() {
    initIcons();
}

}  // namespace qs::app
