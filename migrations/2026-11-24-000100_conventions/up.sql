-- What every table shares.
--
-- Names: constraints are <table>_<columns>_{pkey,key,fkey,check}, because adapters turn a violated
-- constraint into a conflict by its name. Ids are made by the application (v4 public, v7 append-only).

-- Keeps `updated_at` honest whoever writes: the application, a migration, an operator in psql.
-- A statement that sets `updated_at` itself is left alone, and so is one that changes nothing.
CREATE FUNCTION set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END
$$;

-- Guards append-only tables, for the owner and superusers too: rights alone do not bind them.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are written once', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
