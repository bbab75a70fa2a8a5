#pragma once

#include <QObject>
#include <optional>

#include "app/client/engine_api.h"

namespace qs::app {

/// Asks the engine what it finds in a source while a person is still choosing. One question at a time: of
/// those asked meanwhile only the last is put. Answers after the object's end are dropped.
class DataCheck : public QObject {
    Q_OBJECT
  public:
    /// `client` must outlive the object.
    explicit DataCheck(EngineClient& client, QObject* parent = nullptr);

    void ask(const protocol::DataSpec& spec);

  signals:
    void found(const qs::protocol::DataInfo& info);
    void notFound(const QString& reason);

  private:
    void send(const protocol::DataSpec& spec);
    /// True if the answer is out of date; the next question is on its way then.
    bool askNext();

    EngineApi api_;
    bool asking_ = false;
    std::optional<protocol::DataSpec> next_;
};

}  // namespace qs::app
