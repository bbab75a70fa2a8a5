#pragma once

#include <QObject>
#include <QString>

#include "app/session/session.h"

class QWidget;

namespace qs::app {

/// The commands that write a network for a target and that verify what was written.
class ExportCommands : public QObject {
    Q_OBJECT
  public:
    /// All must outlive the object.
    ExportCommands(QWidget& window, EngineClient& client, Session& session);

    /// Asks how to export the current variant. `target` is chosen at first: a name of EngineInfo::targets, or
    /// empty.
    void askForExport(const QString& target = {});
    /// Asks how to export the network as it was opened.
    void askForFp32();
    /// Asks for a file and verifies it against the open model.
    void askForFileToVerify();

  private:
    void ask(const QString& target, bool fp32);

    QWidget& window_;
    EngineClient& client_;
    Session& session_;
};

}  // namespace qs::app
