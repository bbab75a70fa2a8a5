#include "app/session/file_queue.h"

#include <QMetaObject>
#include <utility>

namespace qs::app {

FileQueue::FileQueue(QObject* parent) : QObject(parent) {
    thread_.setMaxThreadCount(1);
}

FileQueue::~FileQueue() {
    thread_.waitForDone();
}

void FileQueue::run(std::function<Finish()> work) {
    thread_.start([this, work = std::move(work)] {
        Finish finish = work();
        QMetaObject::invokeMethod(
            this,
            [finish = std::move(finish)] {
                if (finish) {
                    finish();
                }
            },
            Qt::QueuedConnection);
    });
}

}  // namespace qs::app
