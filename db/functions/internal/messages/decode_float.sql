-- A body in standard SQL is bound to its names when it is created: no search_path to pin.
CREATE OR REPLACE FUNCTION internal.decode_float(p_bits bit(64), p_exponent_size integer)
    RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN exponent < bias * 2 + 1
            THEN sign * (fraction / 2::double precision ^ (63 - p_exponent_size) + (exponent > 0)::integer)
                * 2::double precision ^ (greatest(exponent, 1) - bias)
    END
    FROM (VALUES (
        CASE get_bit(p_bits, 0) WHEN 0 THEN 1 ELSE -1 END,
        (p_bits << 1 >> 64 - p_exponent_size)::bigint,
        (p_bits << 1 + p_exponent_size >> 1 + p_exponent_size)::bigint,
        (1 << p_exponent_size - 1) - 1
    )) AS part (sign, exponent, fraction, bias);
END;

COMMENT ON FUNCTION internal.decode_float(bit, integer) IS
    'Returns an IEEE 754 floating-point number of up to 64 bits, given left-aligned, with the number of its exponent bits; null if it is not finite.';
