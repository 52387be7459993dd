-- Inserts, an index, queries and updates in memory.  SIZE is replaced.
create table item (id integer primary key, name text, kind integer, note text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < SIZE)
  insert into item select i, 'name' || (i * 7919 % SIZE), i % 100, hex(zeroblob(i % 60)) from n;
create index by_name on item (name);
select count(distinct name), sum(length(note)) from item;
select kind, count(*), max(name) from item group by kind order by 2 desc, 1 limit 3;
select count(*) from item a join item b on a.name = 'name' || b.id;
update item set note = note || name where kind < 30;
delete from item where kind % 3 = 0;
select count(*), sum(length(note)) from item;
select group_concat(name, '') like '%name1%' from (select name from item order by name);
