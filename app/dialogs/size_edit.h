#pragma once

#include <QWidget>
#include <optional>
#include <vector>

class QComboBox;
class QSpinBox;

namespace qs::app {

/// A size as protocol::Preprocessing holds it: the format's default, one side, height and width, or kept.
class SizeEdit : public QWidget {
    Q_OBJECT
  public:
    /// `oneSide` says what the single number means: "shorter side", "square".
    SizeEdit(const QString& oneSide, QWidget* parent);

    void setSize(const std::optional<int>& side, const std::vector<int>& exact);
    /// The single number; 0 keeps the size; absent for the default and for height and width.
    std::optional<int> side() const;
    /// Height and width, or empty.
    std::vector<int> exact() const;
    /// What the default is, where it is known.
    void setDefaultText(const QString& text);

  signals:
    void changed();

  private:
    enum Mode { Default, OneSide, Exact, Kept };
    void showFields();

    QComboBox* mode_;
    QSpinBox* first_;
    QSpinBox* second_;
};

}  // namespace qs::app
