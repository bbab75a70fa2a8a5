#include "app/data_check.h"

#include <QPointer>
#include <utility>

namespace qs::app {

DataCheck::DataCheck(EngineClient& client, QObject* parent) : QObject(parent), api_(client) {}

void DataCheck::ask(const protocol::DataSpec& spec) {
    if (asking_) {
        next_ = spec;
    } else {
        send(spec);
    }
}

void DataCheck::send(const protocol::DataSpec& spec) {
    asking_ = true;
    Handlers<protocol::DataInfo> handlers;
    handlers.onResult = [self = QPointer<DataCheck>(this)](const protocol::DataInfo& info) {
        if (self && !self->askNext()) {
            emit self->found(info);
        }
    };
    handlers.onError = [self = QPointer<DataCheck>(this)](const EngineError& error) {
        if (self && !self->askNext()) {
            emit self->notFound(error.message);
        }
    };
    api_.openData(spec, std::move(handlers));
}

bool DataCheck::askNext() {
    asking_ = false;
    if (!next_) {
        return false;
    }
    send(*std::exchange(next_, std::nullopt));
    return true;
}

}  // namespace qs::app
