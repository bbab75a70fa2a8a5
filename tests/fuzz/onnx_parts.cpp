#include "fuzz/onnx_parts.h"

#include <array>

#include "fuzz/extremes.h"

namespace qs::test {

namespace {

/// Emptied, one element longer or shorter, or one element replaced.
template <typename List, typename Extreme>
void mutateList(List& list, Random& random, const Extreme& extreme) {
    switch (list.empty() ? 1 : random.below(4)) {
        case 0:
            list.Clear();
            break;
        case 1:
            *list.Add() = extreme();
            break;
        case 2:
            list.RemoveLast();
            break;
        default:
            *list.Mutable(static_cast<int>(random.below(static_cast<size_t>(list.size())))) = extreme();
            break;
    }
}

/// Protobuf keeps enums as integers; most of these are none of the schema's.
int typeCode(Random& random) {
    return static_cast<int>(random.oneIn(4) ? extremeInteger(random)
                                            : static_cast<int64_t>(random.below(24)));
}

void mutateRawData(std::string& bytes, Random& random) {
    switch (random.below(4)) {
        case 0:
            bytes.clear();
            break;
        case 1:
            bytes.resize(random.below(bytes.size() + 1));
            break;
        case 2:
            bytes.append(1 + random.below(64), '\x7f');
            break;
        default:
            for (size_t count = 1 + random.below(64); count > 0 && !bytes.empty(); --count) {
                bytes[random.below(bytes.size())] = '\xff';  // four of them are a NaN
            }
            break;
    }
}

void makeExternal(onnx::TensorProto& tensor, Random& random) {
    const std::array<const char*, 6> places{"", "missing.bin", "../../x", "/etc/hostname", "damaged.onnx",
                                            "."};
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    tensor.clear_raw_data();
    tensor.clear_external_data();
    const auto add = [&](const char* key, const std::string& value) {
        auto& entry = *tensor.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
    };
    add("location", random.pick(places));
    add("offset", extremeLiteral(random));
    add("length", extremeLiteral(random));
}

void retype(onnx::AttributeProto& attribute, Random& random) {
    // A number that the enum lacks is dropped by protobuf itself.
    if (const int type = typeCode(random); onnx::AttributeProto::AttributeType_IsValid(type)) {
        attribute.set_type(static_cast<onnx::AttributeProto::AttributeType>(type));
    } else {
        attribute.clear_type();
    }
}

void mutateAttributeValue(onnx::AttributeProto& attribute, Random& random) {
    using Attribute = onnx::AttributeProto;
    const auto integer = [&] { return extremeInteger(random); };
    const auto number = [&] { return static_cast<float>(extremeNumber(random)); };
    const auto text = [&] { return extremeBytes(random); };
    switch (attribute.type()) {
        case Attribute::INT:
            attribute.set_i(integer());
            break;
        case Attribute::FLOAT:
            attribute.set_f(number());
            break;
        case Attribute::STRING:
            attribute.set_s(text());
            break;
        case Attribute::INTS:
            mutateList(*attribute.mutable_ints(), random, integer);
            break;
        case Attribute::FLOATS:
            mutateList(*attribute.mutable_floats(), random, number);
            break;
        case Attribute::STRINGS:
            mutateList(*attribute.mutable_strings(), random, text);
            break;
        case Attribute::TENSOR:
            mutateTensor(*attribute.mutable_t(), random);
            break;
        default:
            retype(attribute, random);
            break;
    }
}

}  // namespace

void mutateAttribute(onnx::AttributeProto& attribute, Random& random) {
    switch (random.below(8)) {
        case 0:
            attribute.set_name(extremeBytes(random));
            break;
        case 1:
            retype(attribute, random);
            break;
        default:
            mutateAttributeValue(attribute, random);
            break;
    }
}

void mutateTensor(onnx::TensorProto& tensor, Random& random) {
    switch (random.below(7)) {
        case 0:
        case 1:
            mutateList(*tensor.mutable_dims(), random, [&] { return extremeInteger(random); });
            break;
        case 2:
            tensor.set_data_type(typeCode(random));
            break;
        case 3:
            mutateRawData(*tensor.mutable_raw_data(), random);
            break;
        case 4:
            mutateList(*tensor.mutable_float_data(), random,
                       [&] { return static_cast<float>(extremeNumber(random)); });
            break;
        case 5:
            mutateList(*tensor.mutable_int64_data(), random, [&] { return extremeInteger(random); });
            break;
        default:
            random.oneIn(2) ? makeExternal(tensor, random) : tensor.set_name(extremeBytes(random));
            break;
    }
}

void mutateValueInfo(onnx::ValueInfoProto& value, Random& random) {
    auto& type = *value.mutable_type()->mutable_tensor_type();
    auto& axes = *type.mutable_shape()->mutable_dim();
    switch (random.below(6)) {
        case 0:
            value.set_name(extremeBytes(random));
            break;
        case 1:
            type.set_elem_type(typeCode(random));
            break;
        case 2:
            value.mutable_type()->mutable_sequence_type()->mutable_elem_type();
            break;
        case 3:
            random.oneIn(2) || axes.empty() ? axes.Add()->set_dim_value(extremeInteger(random))
                                            : axes.RemoveLast();
            break;
        default:
            if (!axes.empty()) {
                auto& axis = *axes.Mutable(static_cast<int>(random.below(static_cast<size_t>(axes.size()))));
                random.oneIn(3) ? axis.set_dim_param(extremeBytes(random))
                                : axis.set_dim_value(extremeInteger(random));
            }
            break;
    }
}

}  // namespace qs::test
