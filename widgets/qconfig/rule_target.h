#pragma once

#include <QStringList>
#include <QWidget>

#include "protocol/messages.h"

class QComboBox;
class QLabel;

namespace qs {

/// Whom a rule concerns: a kind, and an op, a pattern or a layer.
class RuleTarget : public QWidget {
    Q_OBJECT
  public:
    /// `ops` and `layers` are the model's, and offered.
    RuleTarget(const QStringList& ops, const QStringList& layers, QWidget* parent = nullptr);

    /// Match and key alone.
    protocol::Rule value() const;
    void setValue(const protocol::Rule& rule);
    /// A rule for less than the whole model needs a key.
    bool isComplete() const;

  signals:
    void edited();

  private:
    void showKind();

    QStringList ops_;
    QStringList layers_;
    QComboBox* kind_;
    QComboBox* key_;
    QLabel* help_;
};

}  // namespace qs
