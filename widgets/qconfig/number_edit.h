#pragma once

#include <QLineEdit>
#include <cstdint>
#include <optional>

namespace qs {

/// A number of a qconfig. An empty field leaves it to the preset, whose value it then shows in grey.
class NumberEdit : public QLineEdit {
    Q_OBJECT
  public:
    enum class Kind { Integer, Real };
    NumberEdit(const QString& name, Kind kind, QWidget* parent = nullptr);

    /// Absent: it depends on other members.
    void setInherited(const std::optional<double>& value);
    std::optional<int64_t> integer() const;
    std::optional<double> real() const;
    void setInteger(const std::optional<int64_t>& value);
    void setReal(const std::optional<double>& value);
};

}  // namespace qs
